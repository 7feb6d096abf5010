/** Mean Teacher on the core's student and teacher. */
@NullMarked
package dev.eman.meanteacher;

import org.jspecify.annotations.NullMarked;
