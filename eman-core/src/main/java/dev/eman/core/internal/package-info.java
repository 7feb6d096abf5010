/**
 * What several packages of the core share and no user should call. Internal: no compatibility is
 * promised for anything in this package.
 */
@NullMarked
package dev.eman.core.internal;

import org.jspecify.annotations.NullMarked;
