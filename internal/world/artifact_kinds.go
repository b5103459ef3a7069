package world

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Archive, dotenvReport and annotationsReport are the types of artifacts whose contents are looked at; metadataType is
// what is made of an archive, and traceType of the log.
const (
	Archive           = "archive"
	dotenvReport      = "dotenv"
	annotationsReport = "annotations"
	metadataType      = "metadata"
	traceType         = "trace"
)

// The formats of artifacts (app/models/concerns/enums/ci/job_artifact.rb).
const (
	RawFormat  = "raw"
	ZipFormat  = "zip"
	GzipFormat = "gzip"
)

// ArtifactKind is how GitLab keeps artifacts of one type (app/models/concerns/enums/ci/job_artifact.rb).
type ArtifactKind struct {
	Format   string // RawFormat, ZipFormat or GzipFormat: the only one that such an artifact may have
	Filename string // what a runner is told to call a report; empty for what is no report
}

// ArtifactKinds has every type of artifact: the reports that artifacts:reports may hold, and those that GitLab and its
// runners make beside them (app/models/ci/job_artifact.rb).
func ArtifactKinds() map[string]ArtifactKind {
	kinds := map[string]ArtifactKind{
		Archive:           {Format: ZipFormat},
		metadataType:      {Format: GzipFormat},
		"metrics_referee": {Format: GzipFormat},
		"network_referee": {Format: GzipFormat},
		traceType:         {Format: RawFormat},
	}
	for name, report := range ci.ReportTypes() {
		kinds[name] = ArtifactKind{report.Format, report.Filename}
	}
	return kinds
}

// ArtifactTypes are the types that ArtifactKinds has, in alphabetical order.
func ArtifactTypes() []string { return slices.Sorted(maps.Keys(ArtifactKinds())) }

// artifactProblem says why no upload could have left an artifact of that type and format: GitLab does not have the
// type, or the type cannot have the format. Empty ones are those of an archive, and of the type. field is the field to
// blame, by its name in JSON; it is "" if all is well.
func artifactProblem(fileType, format string) (field, text string) {
	fileType = cmp.Or(fileType, Archive)
	switch kind, known := ArtifactKinds()[fileType]; {
	case !known:
		near := datajson.Suggest(fileType, ArtifactTypes())
		return "file_type", fmt.Sprintf("unknown type of artifact %q; %s", fileType, near)
	case format != "" && format != kind.Format:
		return "file_format", wrongFormat(fileType, format)
	}
	return "", ""
}

// wrongFormat says, for a person, which format an artifact of the type has.
func wrongFormat(fileType, format string) string {
	right := ArtifactKinds()[fileType].Format
	return fmt.Sprintf("an artifact of type %s has the format %s, not %s", fileType, right, format)
}
