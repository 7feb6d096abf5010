/** FixMatch on the core's student and teacher. */
@NullMarked
package dev.eman.fixmatch;

import org.jspecify.annotations.NullMarked;
