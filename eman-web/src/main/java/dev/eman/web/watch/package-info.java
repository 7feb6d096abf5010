/** A page that shows runs while they train. */
@NullMarked
package dev.eman.web.watch;

import org.jspecify.annotations.NullMarked;
