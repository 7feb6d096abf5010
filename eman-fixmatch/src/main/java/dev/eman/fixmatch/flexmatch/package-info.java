/** FlexMatch: a threshold for each class that follows how well the class is learned. */
@NullMarked
package dev.eman.fixmatch.flexmatch;

import org.jspecify.annotations.NullMarked;
