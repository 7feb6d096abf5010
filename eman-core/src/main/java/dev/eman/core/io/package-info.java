/** Writing files so that nothing is ever half written. */
@NullMarked
package dev.eman.core.io;

import org.jspecify.annotations.NullMarked;
