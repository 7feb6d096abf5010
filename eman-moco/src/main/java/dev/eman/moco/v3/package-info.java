/** MoCo v3 for convolutional networks on the core's student and teacher. */
@NullMarked
package dev.eman.moco.v3;

import org.jspecify.annotations.NullMarked;
