/** UDA: sharpened soft labels, and labels that count only while the student is unsure of them. */
@NullMarked
package dev.eman.fixmatch.uda;

import org.jspecify.annotations.NullMarked;
