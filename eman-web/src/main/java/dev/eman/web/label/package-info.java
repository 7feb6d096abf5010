/** A page that takes labels for images. */
@NullMarked
package dev.eman.web.label;

import org.jspecify.annotations.NullMarked;
