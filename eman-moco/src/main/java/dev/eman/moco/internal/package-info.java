/** What the contrastive methods share. Internal: no compatibility is promised. */
@NullMarked
package dev.eman.moco.internal;

import org.jspecify.annotations.NullMarked;
