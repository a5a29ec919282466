// The class of modules/environment_stack.py, in Node.
"use strict";
const { TerraformElement, TerraformStack } = require("LIBRARY");

exports.EnvironmentStack = class EnvironmentStack extends TerraformStack {
  // As logical_id of strata/documents/layers.py.
  allocateLogicalId(element) {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const path = node.path.slice(node.path.indexOf("/") + 1);
    return path.replace(/[^A-Za-z0-9_]+/g, "_");
  }
};
