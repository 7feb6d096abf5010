/** Images in few large files with an index, for file systems that are slow with many small ones. */
@NullMarked
package dev.eman.datasets.packed;

import org.jspecify.annotations.NullMarked;
