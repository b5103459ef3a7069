# fakegitlab in a container, for test suites in any language: docs/other-languages.md.
#
#	docker build -t fakegitlab .
#	docker run --rm -p 127.0.0.1:8080:8080 fakegitlab -scenario SmallCompany
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /fakegitlab ./cmd/fakegitlab

FROM scratch
COPY --from=build /fakegitlab /fakegitlab
USER 65534:65534
EXPOSE 8080
# Who publishes the port decides who reaches it.
ENTRYPOINT ["/fakegitlab", "-addr", "0.0.0.0:8080", "-allow-remote"]
