/** SimMatch on the core's student and teacher. */
@NullMarked
package dev.eman.similarity.simmatch;

import org.jspecify.annotations.NullMarked;
