/** Pages on this machine: their server. */
@NullMarked
package dev.eman.web;

import org.jspecify.annotations.NullMarked;
