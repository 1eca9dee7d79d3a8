# One image for every function; the argument chooses which: `args: ["backup.cjs"]`.
#
# Both bases can be replaced, by a mirror or by a digest: --build-arg RUNTIME_IMAGE=registry.example/nodejs24@sha256:…
# Distroless publishes no version tags, so the release workflow resolves both to digests before it builds.
ARG BUILD_IMAGE=docker.io/library/node:24.21.0-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# The bundles are JavaScript: built once, on the builder's own architecture, for every platform.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN ["npm", "ci", "--no-audit", "--no-fund"]
RUN ["node", "scripts/bundle.ts"]

# No shell, no package manager. Nothing runs here while the image is built, so no emulator is needed, and nothing is written at
# run time: the root file system can be read-only.
FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY LICENSE ./
COPY --from=build /src/dist/*.cjs /src/dist/third-party-licenses.txt ./
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["backup.cjs"]
