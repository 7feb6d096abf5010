/** Student and teacher, and how the teacher follows. */
@NullMarked
package dev.eman.core.model;

import org.jspecify.annotations.NullMarked;
