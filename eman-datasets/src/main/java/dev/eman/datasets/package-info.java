/** Data sets, label splits and augmentation; filled by a later release. */
@NullMarked
package dev.eman.datasets;

import org.jspecify.annotations.NullMarked;
