/** What a training run can be set to: typed options, and their texts in configurations. */
@NullMarked
package dev.eman.train.options;

import org.jspecify.annotations.NullMarked;
