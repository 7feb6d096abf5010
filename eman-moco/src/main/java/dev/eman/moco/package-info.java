/** Momentum contrast (MoCo) on the core's student and teacher. */
@NullMarked
package dev.eman.moco;

import org.jspecify.annotations.NullMarked;
