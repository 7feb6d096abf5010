/** Mean Teacher on the core's student and teacher; filled by a later release. */
@NullMarked
package dev.eman.meanteacher;

import org.jspecify.annotations.NullMarked;
