/** FixMatch on the core's student and teacher; filled by a later release. */
@NullMarked
package dev.eman.fixmatch;

import org.jspecify.annotations.NullMarked;
