# The pages: TypeScript and React, bundled by esbuild from Debian's own packages (no Node, no npm) into
# build/<preset>/web, from where src/web takes them into the program. docs/decisions/0013 says why.

find_program(MAYFLY_ESBUILD esbuild)
set(MAYFLY_NODE_PATH /usr/share/nodejs CACHE PATH "The folder that holds react and react-dom")
if(NOT MAYFLY_ESBUILD)
  message(FATAL_ERROR "esbuild is missing, which bundles the pages of web/. On Debian and Ubuntu: "
                      "apt-get install esbuild node-react node-react-dom (./run does).")
endif()
foreach(package react react-dom)
  if(NOT EXISTS ${MAYFLY_NODE_PATH}/${package}/package.json)
    message(FATAL_ERROR "${MAYFLY_NODE_PATH}/${package} is missing, which the pages of web/ are made with. "
                        "On Debian and Ubuntu: apt-get install node-${package} (./run does).")
  endif()
endforeach()

# mayfly_bundle(NAME ENTRY): ENTRY.tsx with everything it imports becomes NAME.js and NAME.css.
set(MAYFLY_WEB_DIR ${CMAKE_BINARY_DIR}/web)
file(MAKE_DIRECTORY ${MAYFLY_WEB_DIR})
function(mayfly_bundle name entry)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*.ts ${CMAKE_SOURCE_DIR}/web/*.tsx
    ${CMAKE_SOURCE_DIR}/web/*.css)
  add_custom_command(
    OUTPUT ${MAYFLY_WEB_DIR}/${name}.js ${MAYFLY_WEB_DIR}/${name}.css
    COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${MAYFLY_NODE_PATH}
      ${MAYFLY_ESBUILD} ${CMAKE_SOURCE_DIR}/web/${entry} --bundle --minify --jsx=automatic
      --define:process.env.NODE_ENV=\"production\" --target=es2020 --legal-comments=none
      --log-level=warning --outfile=${MAYFLY_WEB_DIR}/${name}.js
    DEPENDS ${sources}
    COMMENT "Bundling web/${entry}"
    VERBATIM)
  set(MAYFLY_BUNDLES ${MAYFLY_BUNDLES} ${MAYFLY_WEB_DIR}/${name}.js ${MAYFLY_WEB_DIR}/${name}.css PARENT_SCOPE)
endfunction()

mayfly_bundle(dialogs dialogs/main.tsx)
