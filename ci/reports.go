package ci

// ReportType is how GitLab keeps reports of one type (app/models/concerns/enums/ci/job_artifact.rb).
type ReportType struct {
	Format   string // of the upload: "gzip", "raw" or "zip"
	Filename string
}

// ReportTypes are the types that artifacts:reports may hold, by the names of GitLab's REPORT_TYPES. The keyword
// coverage_report is none of them: it stands for its coverage_format.
func ReportTypes() map[string]ReportType {
	return map[string]ReportType{
		"accessibility":          {"raw", "gl-accessibility.json"},
		"annotations":            {"gzip", "gl-annotations.json"},
		"api_fuzzing":            {"raw", "gl-api-fuzzing-report.json"},
		"browser_performance":    {"raw", "browser-performance.json"},
		"cluster_applications":   {"gzip", "gl-cluster-applications.json"},
		"cluster_image_scanning": {"raw", "gl-cluster-image-scanning-report.json"},
		"cobertura":              {"gzip", "cobertura-coverage.xml"},
		"codequality":            {"raw", "gl-code-quality-report.json"},
		"container_scanning":     {"raw", "gl-container-scanning-report.json"},
		"coverage_fuzzing":       {"raw", "gl-coverage-fuzzing.json"},
		"cyclonedx":              {"gzip", "gl-sbom.cdx.json"},
		"dast":                   {"raw", "gl-dast-report.json"},
		"dependency_scanning":    {"raw", "gl-dependency-scanning-report.json"},
		"dotenv":                 {"gzip", ".env"},
		"jacoco":                 {"gzip", "jacoco-coverage.xml"},
		"junit":                  {"gzip", "junit.xml"},
		"license_scanning":       {"raw", "gl-license-scanning-report.json"},
		"load_performance":       {"raw", "load-performance.json"},
		"lsif":                   {"zip", "lsif.json"},
		"metrics":                {"gzip", "metrics.txt"},
		"performance":            {"raw", "performance.json"},
		"repository_xray":        {"gzip", "gl-repository-xray.json"},
		"requirements":           {"raw", "requirements.json"},
		"requirements_v2":        {"raw", "requirements_v2.json"},
		"sarif":                  {"raw", "gl-sarif-report.sarif"},
		"sast":                   {"raw", "gl-sast-report.json"},
		"scip":                   {"zip", "index.scip"},
		"secret_detection":       {"raw", "gl-secret-detection-report.json"},
		"terraform":              {"raw", "tfplan.json"},
	}
}
