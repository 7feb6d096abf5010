/** CoMatch on the core's student and teacher. */
@NullMarked
package dev.eman.similarity.comatch;

import org.jspecify.annotations.NullMarked;
