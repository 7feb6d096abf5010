/** FreeMatch: thresholds that adapt themselves, and a fairness loss. */
@NullMarked
package dev.eman.fixmatch.freematch;

import org.jspecify.annotations.NullMarked;
