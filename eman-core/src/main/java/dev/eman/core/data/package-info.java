/** What a loader gives a step: batches of labelled images and of views of unlabelled ones. */
@NullMarked
package dev.eman.core.data;

import org.jspecify.annotations.NullMarked;
