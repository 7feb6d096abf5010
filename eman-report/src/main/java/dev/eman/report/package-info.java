/** Report pages, charts and feature maps of runs. */
@NullMarked
package dev.eman.report;

import org.jspecify.annotations.NullMarked;
