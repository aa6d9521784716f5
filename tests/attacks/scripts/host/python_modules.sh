# name: Plant Python modules
# tries: modules with the names of the library's, for a Python that is started in the workspace
# expect: fails
# control: naive
for module in json os site sitecustomize usercustomize subprocess encodings typing; do
    printf 'import pathlib\npathlib.Path("%s").touch()\n' "$CANARY" > $module.py
done
