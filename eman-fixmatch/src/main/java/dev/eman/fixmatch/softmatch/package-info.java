/** SoftMatch: weights by confidence instead of a threshold, and uniform alignment. */
@NullMarked
package dev.eman.fixmatch.softmatch;

import org.jspecify.annotations.NullMarked;
