/** Options by name: what they are, their defaults, and which values they accept. */
@NullMarked
package dev.eman.core.option;

import org.jspecify.annotations.NullMarked;
