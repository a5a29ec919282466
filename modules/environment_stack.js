// The class of modules/environment_stack.py, in Node.
"use strict";
const { TerraformElement, TerraformStack } = require("LIBRARY");

// CDKTF keeps with each token the calls that made it, all of them jsii's: a quarter of Node's work.
try {
  require("LIBRARY/lib/tokens/private/stack-trace").captureStackTrace = () => [];
} catch {
  // This CDKTF is built otherwise, and goes on as it always does.
}

exports.EnvironmentStack = class EnvironmentStack extends TerraformStack {
  // As logical_id of strata/documents/layers.py.
  allocateLogicalId(element) {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const path = node.path.slice(node.path.indexOf("/") + 1);
    return path.replace(/[^A-Za-z0-9_]+/g, "_");
  }

  // CDKTF resolves a stack once more to find its references to others, which there must be.
  prepareStack() {
    const stacks = this.node.root.node.findAll().filter(TerraformStack.isStack);
    if (stacks.length > 1) super.prepareStack();
    else this.ensureBackendExists();
  }
};
