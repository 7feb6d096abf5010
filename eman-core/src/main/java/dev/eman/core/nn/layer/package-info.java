/**
 * The running sides of the layers in {@code dev.eman.core.nn}, and how their parameters lie in the
 * network's vector. No API: outside of the core nobody uses this.
 */
@NullMarked
package dev.eman.core.nn.layer;

import org.jspecify.annotations.NullMarked;
