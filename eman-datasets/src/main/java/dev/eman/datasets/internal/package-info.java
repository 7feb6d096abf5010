/** What several packages of this module share, and nobody else. */
@NullMarked
package dev.eman.datasets.internal;

import org.jspecify.annotations.NullMarked;
