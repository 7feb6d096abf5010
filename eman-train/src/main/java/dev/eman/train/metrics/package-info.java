/** What a run measures, on disk: tables, event files, accuracies so far. */
@NullMarked
package dev.eman.train.metrics;

import org.jspecify.annotations.NullMarked;
