/** Downloads of data sets: resumed when broken, checked against a checksum, unpacked. */
@NullMarked
package dev.eman.datasets.fetch;

import org.jspecify.annotations.NullMarked;
