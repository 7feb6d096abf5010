/** Finds a learning rate and a batch size by short trials. */
@NullMarked
package dev.eman.train.tune;

import org.jspecify.annotations.NullMarked;
