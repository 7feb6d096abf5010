/** Images that are probably labelled wrongly, or like no others. */
@NullMarked
package dev.eman.train.errors;

import org.jspecify.annotations.NullMarked;
