/** AdaMatch: distribution alignment and a threshold relative to the labelled images. */
@NullMarked
package dev.eman.fixmatch.adamatch;

import org.jspecify.annotations.NullMarked;
