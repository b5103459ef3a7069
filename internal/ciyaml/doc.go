// Package ciyaml reads YAML as GitLab's Ruby does (Psych, safe_load), for .gitlab-ci.yml, and does what needs no
// knowledge of its keywords:
//
//	value.go      what YAML holds, with maps that keep the order of their keys; size and depth
//	parse.go      YAML to values: anchors, merge keys, several documents
//	scalar.go     what a plain word of YAML 1.1 is: a number, a boolean, nothing, a text
//	problem.go    syntax errors in Psych's words
//	extend.go     extends
//	reference.go  !reference
//	replace.go    other values in the place of texts
//	dump.go       values to YAML, as Ruby writes it (quoted.go: texts), and to JSON
package ciyaml
