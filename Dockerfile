# The eman command on a JRE, with runs in this folder, as the user who owns it:
#   docker build -t eman .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" eman demo
FROM maven:3.9-eclipse-temurin-17 AS build
COPY . /src
WORKDIR /src
RUN mvn -B -ntp -Pdist -DskipTests -pl eman-dist -am verify
# The JDK's jar reads zip files, and leaves out who may execute them.
RUN mkdir /opt/unpacked && cd /opt/unpacked && jar xf /src/eman-dist/target/eman-*.zip \
    && mv eman-* /opt/eman && chmod 755 /opt/eman/bin/eman

FROM eclipse-temurin:17-jre
COPY --from=build /opt/eman /opt/eman
RUN useradd --create-home eman && mkdir /data && chown eman /data \
    && /opt/eman/bin/eman --version
# Natives are unpacked into the user's home. One of another number (--user) has none, and Java would
# take the folder "?" in /data for it, whatever HOME says.
ENV EMAN_JAVA_OPTS=-Duser.home=/tmp
USER eman
WORKDIR /data
ENTRYPOINT ["/opt/eman/bin/eman"]
CMD ["--help"]
