/** The base class of student-teacher algorithms, and what their losses give back. */
@NullMarked
package dev.eman.core.algorithm;

import org.jspecify.annotations.NullMarked;
