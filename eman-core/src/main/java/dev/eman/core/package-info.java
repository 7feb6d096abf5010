/** Student-teacher training of image classifiers; see the packages below. */
@NullMarked
package dev.eman.core;

import org.jspecify.annotations.NullMarked;
