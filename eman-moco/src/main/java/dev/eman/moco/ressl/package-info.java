/** Relational self-supervised learning (ReSSL) on the core's student and teacher. */
@NullMarked
package dev.eman.moco.ressl;

import org.jspecify.annotations.NullMarked;
