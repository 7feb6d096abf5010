/**
 * Losses as pure functions: the value and the gradient with respect to what the network put out.
 *
 * <p>Nothing here keeps state or mutates its inputs. Arithmetic is in double precision whatever the
 * dtype of the inputs; results take the dtype of the logits. Inputs may be views with any strides.
 * A NaN or an infinity among the logits gives a NaN loss, never an exception, so that a trainer can
 * see divergence and name the step.
 */
@NullMarked
package dev.eman.core.loss;

import org.jspecify.annotations.NullMarked;
