/** Which images of a set to label next. */
@NullMarked
package dev.eman.train.select;

import org.jspecify.annotations.NullMarked;
