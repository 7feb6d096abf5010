/** Weights that others have published, by name: where they are, and what their networks expect. */
@NullMarked
package dev.eman.train.published;

import org.jspecify.annotations.NullMarked;
