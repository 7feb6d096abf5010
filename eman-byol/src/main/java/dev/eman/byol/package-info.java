/** BYOL on the core's student and teacher. */
@NullMarked
package dev.eman.byol;

import org.jspecify.annotations.NullMarked;
