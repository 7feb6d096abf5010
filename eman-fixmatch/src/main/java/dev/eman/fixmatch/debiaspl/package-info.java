/** DebiasPL: pseudo labels freed of the bias towards classes that are predicted too often. */
@NullMarked
package dev.eman.fixmatch.debiaspl;

import org.jspecify.annotations.NullMarked;
