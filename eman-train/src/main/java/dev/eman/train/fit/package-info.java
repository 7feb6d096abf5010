/** Training within a time budget: what to train is chosen from the data and the machine. */
@NullMarked
package dev.eman.train.fit;

import org.jspecify.annotations.NullMarked;
