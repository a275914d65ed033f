// gonames prints every exported name of the Go package in a folder, one a line and sorted: Type, Constant, Function(),
// Type.Method() and Type.Field. Tests are left out; what a type embeds stands under its own name alone.
//
//	gonames FOLDER
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"sort"
	"strings"
)

func receiver(field *ast.Field) string {
	expression := field.Type
	if star, ok := expression.(*ast.StarExpr); ok {
		expression = star.X
	}
	if name, ok := expression.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func main() {
	notTests := func(info fs.FileInfo) bool { return !strings.HasSuffix(info.Name(), "_test.go") }
	packages, err := parser.ParseDir(token.NewFileSet(), os.Args[1], notTests, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	found := map[string]bool{}
	members := func(owner string, list *ast.FieldList, suffix string) {
		for _, field := range list.List {
			for _, name := range field.Names {
				if name.IsExported() {
					found[owner+"."+name.Name+suffix] = true
				}
			}
		}
	}
	for _, one := range packages {
		for _, file := range one.Files {
			for _, declaration := range file.Decls {
				switch declaration := declaration.(type) {
				case *ast.FuncDecl:
					name := declaration.Name.Name + "()"
					if declaration.Recv != nil {
						owner := receiver(declaration.Recv.List[0])
						if !ast.IsExported(owner) {
							continue
						}
						name = owner + "." + name
					}
					if declaration.Name.IsExported() {
						found[name] = true
					}
				case *ast.GenDecl:
					for _, spec := range declaration.Specs {
						switch spec := spec.(type) {
						case *ast.ValueSpec:
							for _, name := range spec.Names {
								if name.IsExported() {
									found[name.Name] = true
								}
							}
						case *ast.TypeSpec:
							if !spec.Name.IsExported() {
								continue
							}
							found[spec.Name.Name] = true
							switch kind := spec.Type.(type) {
							case *ast.StructType:
								members(spec.Name.Name, kind.Fields, "")
							case *ast.InterfaceType:
								members(spec.Name.Name, kind.Methods, "()")
							}
						}
					}
				}
			}
		}
	}
	names := []string{}
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Println(name)
	}
}
