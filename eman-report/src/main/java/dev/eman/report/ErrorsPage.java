package dev.eman.report;

import dev.eman.core.io.AtomicFiles;
import dev.eman.datasets.check.DuplicateImages;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Resampling;
import dev.eman.train.Png;
import dev.eman.train.errors.DataErrors;
import dev.eman.train.errors.LabelIssue;
import dev.eman.train.errors.LabeledImages;
import dev.eman.train.errors.Outliers;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** A page with the images whose labels are probably wrong, with copies and with outliers. */
public final class ErrorsPage {
  /** Longer side of a picture, in pixels, before the browser scales it. */
  private static final int SIDE = 192;

  private static final int MOST_CLASSES = 30;

  private final LabeledImages images;
  private final DataErrors errors;
  private final int shown;
  private final StringBuilder body = new StringBuilder();

  private ErrorsPage(LabeledImages images, DataErrors errors, int shown) {
    this.images = images;
    this.errors = errors;
    this.shown = shown;
  }

  /**
   * Writes a page that needs no other file.
   *
   * @param title in words: whose errors these are
   * @param shown pictures of each kind, at most
   * @param table what the file with all of them is called
   * @param file created or replaced
   * @throws dev.eman.core.EmanException if it cannot be written
   */
  public static void write(
      String title, LabeledImages images, DataErrors errors, int shown, String table, Path file) {
    ErrorsPage page = new ErrorsPage(images, errors, shown);
    AtomicFiles.saveString(file, Html.page(title, page.text(table)));
  }

  private String text(String table) {
    body.append(
        String.format(
            Locale.ROOT,
            "<p class=\"headline\">Labels that are probably wrong: <b>%,d</b> of %,d. An estimated"
                + " %.1f%% of all labels are.</p>\n",
            errors.labels().size(),
            errors.searched(),
            100 * errors.noise().share()));
    body.append(
        String.format(
            Locale.ROOT,
            "<p>Each image was classified by a classifier that had not seen its label; it agrees"
                + " with %.1f%% of the labels. Nothing was changed: look at the pictures, the"
                + " surest first, and correct what is wrong. All of them are in <code>%s</code>."
                + "</p>\n",
            100 * errors.accuracy(),
            Html.escape(table)));
    if (errors.alone() > 0) {
      body.append(
          String.format(
              Locale.ROOT,
              "<p>Not judged: the labels of %,d image(s) that are the only one of their"
                  + " class.</p>\n",
              errors.alone()));
    }
    body.append("<nav aria-label=\"Sections\"><ul>");
    link("labels", "Labels", errors.labels().size());
    link("duplicates", "Duplicates", errors.duplicates().size());
    link("outliers", "Outliers", errors.outliers().size());
    body.append("</ul></nav>\n");
    list(
        "labels",
        "Labels that are probably wrong",
        "The likeliest class in place of the label, and the probability of both.",
        errors.labels(),
        this::label);
    list(
        "duplicates",
        "Duplicates",
        "Images that are there twice, those with two labels first. A copy of a test image among"
            + " the training images makes accuracies too high.",
        errors.duplicates(),
        this::duplicate);
    list(
        "outliers",
        "Outliers",
        "Images unlike all others: often of no class at all, or damaged. The number is the"
            + " distance to the nearest neighbours over the usual one.",
        errors.outliers(),
        this::outlier);
    pairs();
    return body.toString();
  }

  private void link(String id, String title, int count) {
    body.append(
        String.format(Locale.ROOT, "<li><a href=\"#%s\">%s: %,d</a></li>", id, title, count));
  }

  private <T> void list(
      String id, String title, String note, List<T> found, Consumer<T> appendItem) {
    body.append("<h2 id=\"").append(id).append("\">").append(title).append("</h2>");
    if (found.isEmpty()) {
      body.append("<p>None were found.</p>\n");
      return;
    }
    body.append("<p class=\"note\">").append(note);
    if (found.size() > shown) {
      body.append(
          String.format(Locale.ROOT, " Shown are the first %,d of %,d.", shown, found.size()));
    }
    body.append("</p><ol class=\"gallery\">\n");
    found.stream()
        .limit(shown)
        .forEach(
            item -> {
              body.append("<li>");
              appendItem.accept(item);
              body.append("</li>\n");
            });
    body.append("</ol>\n");
  }

  private void label(LabelIssue issue) {
    String given = className(issue.given());
    String suggested = className(issue.suggested());
    picture(issue.image(), "labelled " + given + ", probably " + suggested);
    body.append(
        String.format(
            Locale.ROOT,
            "<p><b>%s</b> (%.1f%%), labelled <b>%s</b> (%.1f%%)</p>",
            suggested,
            100 * issue.suggestedProbability(),
            given,
            100 * issue.givenProbability()));
    name(issue.image());
  }

  private void duplicate(DuplicateImages.Pair pair) {
    String given = className(images.label(pair.image()));
    String other = className(images.label(pair.other()));
    String likeness = pair.exact() ? "the same as" : "nearly the same as";
    picture(pair.image(), "labelled " + given);
    picture(pair.other(), likeness + " that before, labelled " + other);
    body.append("<p>").append(likeness).append(" the second");
    if (DataErrors.conflict(images, pair)) {
      body.append(", labelled <b>")
          .append(given)
          .append("</b> and <b>")
          .append(other)
          .append("</b>");
    } else {
      body.append(", both labelled ").append(given);
    }
    body.append("</p>");
    name(pair.image());
    name(pair.other());
  }

  private void outlier(Outliers.Outlier outlier) {
    String given = className(images.label(outlier.image()));
    picture(outlier.image(), "labelled " + given);
    body.append(
        String.format(
            Locale.ROOT,
            "<p>%.1f times as far, labelled %s</p>",
            outlier.distance() / outlier.usual(),
            given));
    name(outlier.image());
  }

  private String className(int label) {
    return Html.escape(images.classNames().get(label));
  }

  private void name(int image) {
    body.append("<p class=\"note\"><code>")
        .append(Html.escape(images.name(image)))
        .append("</code> (")
        .append(images.part(image).label())
        .append(")</p>");
  }

  private void picture(int image, String what) {
    Image pixels = images.image(image);
    double scale = (double) SIDE / Math.max(pixels.width(), pixels.height());
    if (scale < 1) {
      Resampling.resizeInPlace(
          pixels,
          (int) Math.max(1, Math.rint(scale * pixels.width())),
          (int) Math.max(1, Math.rint(scale * pixels.height())));
    }
    body.append("<img loading=\"lazy\" alt=\"")
        .append(Html.escape(images.name(image)))
        .append(", ")
        .append(what) // Escaped already.
        .append("\" ")
        .append(Gallery.source(Base64.getEncoder().encodeToString(Png.encode(pixels))))
        .append("/>");
  }

  /** Given and true classes. */
  private void pairs() {
    int classes = images.classNames().size();
    if (classes > MOST_CLASSES || errors.labels().isEmpty()) {
      return;
    }
    int[][] counts = new int[classes][classes];
    errors.labels().forEach(issue -> counts[issue.given()][issue.suggested()]++);
    body.append("<h2 id=\"pairs\">Which classes are mistaken for which</h2>")
        .append("<p class=\"note\">How many labels are named above, by the label and the likeliest")
        .append(" class.</p><div class=\"scroll\" tabindex=\"0\" role=\"region\"")
        .append(" aria-labelledby=\"pairs\"><table><tr><th scope=\"col\">labelled, probably</th>");
    images.classNames().forEach(name -> head("col", name));
    body.append("</tr>\n");
    for (int i = 0; i < classes; i++) {
      body.append("<tr>");
      head("row", images.classNames().get(i));
      for (int count : counts[i]) {
        body.append("<td>").append(count == 0 ? "" : Integer.toString(count)).append("</td>");
      }
      body.append("</tr>\n");
    }
    body.append("</table></div>\n");
  }

  private void head(String scope, String name) {
    body.append("<th scope=\"").append(scope).append("\">").append(Html.escape(name));
    body.append("</th>");
  }
}
