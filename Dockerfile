# The eman command on a JRE: docker build -t eman . && docker run --rm -v "$PWD:/data" eman demo
FROM maven:3.9-eclipse-temurin-17 AS build
COPY . /src
WORKDIR /src
RUN mvn -B -ntp -Pdist -DskipTests -pl eman-dist -am verify
# The JDK's jar reads zip files, and leaves out who may execute them.
RUN mkdir /opt/unpacked && cd /opt/unpacked && jar xf /src/eman-dist/target/eman-*.zip \
    && mv eman-* /opt/eman && chmod 755 /opt/eman/bin/eman

FROM eclipse-temurin:17-jre
COPY --from=build /opt/eman /opt/eman
# Natives are unpacked into the user's home.
RUN useradd --create-home eman && mkdir /data && chown eman /data \
    && /opt/eman/bin/eman --version
USER eman
WORKDIR /data
ENTRYPOINT ["/opt/eman/bin/eman"]
CMD ["--help"]
