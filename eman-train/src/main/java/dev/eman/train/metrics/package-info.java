/** The measurements of a run and their files: metrics table, event files, history of accuracies. */
@NullMarked
package dev.eman.train.metrics;

import org.jspecify.annotations.NullMarked;
