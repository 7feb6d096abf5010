/**
 * Runs graphs: vertex by vertex on pooled memory, or as a folded network. No API: outside of the
 * core nobody uses this.
 */
@NullMarked
package dev.eman.core.nn.exec;

import org.jspecify.annotations.NullMarked;
