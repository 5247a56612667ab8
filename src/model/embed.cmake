# embed.cmake - writes the default model as a C source: cmake -DTO=FILE.c -DFROM=MODEL -P embed.cmake
file(READ ${FROM} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
       bytes "${bytes}")
file(WRITE ${TO} "/* made of config/default.safetensors by embed.cmake */\n#include \"model_built_in.h\"\n
const unsigned char model_built_in[] = {\n${bytes}};\nconst size_t model_built_in_bytes = sizeof(model_built_in);\n")
