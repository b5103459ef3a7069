module github.com/fakegitlab/fakegitlab

go 1.25

require (
	github.com/google/go-cmp v0.7.0
	github.com/gorilla/mux v1.8.1
	github.com/stretchr/testify v1.12.1
	github.com/vektah/gqlparser/v2 v2.5.64
	go.yaml.in/yaml/v3 v3.0.5
)

require github.com/agnivade/levenshtein v1.2.2 // indirect
